//! The description of the API: `/openapi.json`, and `/docs` to browse it without the internet. What every operation may answer is added here, so
//! that a new one cannot forget it.

use axum::Router;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Required, ResponseBuilder, Responses};

use super::access::SESSION_COOKIE;
use super::gate::PREFIX;
use super::permissions::{self, Allowed};
use super::problem::{MEDIA_TYPE, Problem};
use super::state::HttpState;

/// The document before the operations are in it.
#[must_use]
pub fn base() -> OpenApi {
    #[derive(utoipa::OpenApi)]
    #[openapi(
        info(
            title = "Harken",
            description = "Alarm receiving centre for telecare. Times are RFC 3339 in UTC; lists answer `items` and `next`; errors are `application/problem+json`."
        ),
        components(schemas(Problem))
    )]
    struct Base;
    <Base as utoipa::OpenApi>::openapi()
}

/// Adds what holds for every operation: how to sign in, and the errors that it may answer.
#[must_use]
pub fn complete(mut document: OpenApi) -> OpenApi {
    let components = document.components.get_or_insert_default();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API token, `hk_…`.")).build();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    let cookie = ApiKeyValue::with_description(SESSION_COOKIE, "Set by signing in. Writes also need the header X-CSRF-Token.");
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    for (path, item) in &mut document.paths.paths {
        let below = path.strip_prefix(PREFIX).unwrap_or(path);
        let operations = [
            ("GET", &mut item.get),
            ("PUT", &mut item.put),
            ("POST", &mut item.post),
            ("PATCH", &mut item.patch),
            ("DELETE", &mut item.delete),
        ];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            let open = permissions::TABLE.iter().any(|row| row.method == method && row.path == below && row.allowed == Allowed::Anyone);
            if !open {
                let none = Vec::<String>::new;
                operation.security = Some(vec![SecurityRequirement::new("token", none()), SecurityRequirement::new("session", none())]);
            }
            if method == "POST" && !open && !below.starts_with("/auth/") {
                operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
            }
            add_errors(method, operation);
        }
    }
    document
}

/// The header by which a POST that is sent again is recognised.
fn idempotency_key() -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255)).pattern(Some("^[!-~]+$"));
    let say = "A fresh random text for each new request. Sent again with the same request, it answers as the first time, without doing it again; kept for a day.";
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(say))
        .schema(Some(text))
        .build()
}

fn add_errors(method: &str, operation: &mut Operation) {
    let has_path = operation.parameters.iter().flatten().any(|parameter| match parameter {
        RefOr::T(parameter) => parameter.parameter_in == ParameterIn::Path,
        RefOr::Ref(_) => false,
    });
    let (writes, has_body) = (method != "GET", operation.request_body.is_some());
    let errors = [
        (true, "400", "The request cannot be read."),
        (true, "401", "Nobody is signed in."),
        (true, "403", "Your role does not allow it, or the request came from another site."),
        (has_path, "404", "There is no such thing, or none that you may see."),
        (writes, "409", "The state of things does not allow it; the text says what to do."),
        (writes, "413", "The body is larger than 1 MiB."),
        (has_body, "415", "The body is not sent as JSON."),
        (writes, "422", "The request can be read, but asks for something that makes no sense."),
        (true, "500", "A defect of the service."),
        (true, "503", "The database is away, or the service is stopping. Try again."),
    ];
    for (may, status, description) in errors {
        if may {
            describe(&mut operation.responses, status, description);
        }
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && (status.starts_with('4') || status.starts_with('5'))
            && response.content.is_empty()
        {
            response.content.insert(MEDIA_TYPE.to_owned(), problem_content());
        }
    }
}

fn describe(responses: &mut Responses, status: &str, description: &str) {
    if !responses.responses.contains_key(status) {
        responses.responses.insert(status.to_owned(), RefOr::T(ResponseBuilder::new().description(description).build()));
    }
}

fn problem_content() -> RefOr<utoipa::openapi::Content> {
    ContentBuilder::new().schema(Some(RefOr::Ref(Ref::from_schema_name("Problem")))).build().into()
}

/// `/openapi.json` and `/docs`.
pub fn routes(document: OpenApi) -> Router<HttpState> {
    utoipa_swagger_ui::SwaggerUi::new("/docs").url("/openapi.json", document).into()
}
