// Every address of the console. What the first screen does not need comes when it is asked for.

import { Text } from "@mantine/core";
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";

import { Broken } from "./shell/Broken.tsx";
import { Frame, Start } from "./shell/Frame.tsx";
import { shell } from "./text/en.ts";

const root = createRootRoute({ component: Frame, notFoundComponent: () => <Text>{shell.notFound}</Text> });

const start = createRoute({ getParentRoute: () => root, path: "/", component: Start });

const queue = createRoute({ getParentRoute: () => root, path: "/queue", component: lazyRouteComponent(() => import("./features/queue/QueuePage.tsx"), "QueuePage") });

const oneCase = createRoute({ getParentRoute: () => root, path: "/cases/$id", component: lazyRouteComponent(() => import("./features/case/CasePage.tsx"), "CasePage") });

const visits = createRoute({ getParentRoute: () => root, path: "/visits", component: lazyRouteComponent(() => import("./features/visits/VisitsPage.tsx"), "VisitsPage") });

const oneVisit = createRoute({ getParentRoute: () => root, path: "/visits/$id", component: lazyRouteComponent(() => import("./features/visits/VisitPage.tsx"), "VisitPage") });
const handover = createRoute({ getParentRoute: () => root, path: "/handover", component: lazyRouteComponent(() => import("./features/handover/HandoverPage.tsx"), "HandoverPage") });

const incidents = createRoute({ getParentRoute: () => root, path: "/incidents", component: lazyRouteComponent(() => import("./features/incidents/IncidentsPage.tsx"), "IncidentsPage") });

const oneIncident = createRoute({ getParentRoute: () => root, path: "/incidents/$id", component: lazyRouteComponent(() => import("./features/incidents/IncidentPage.tsx"), "IncidentPage") });

const wall = createRoute({ getParentRoute: () => root, path: "/wall", component: lazyRouteComponent(() => import("./features/wall/WallPage.tsx"), "WallPage") });

const rules = createRoute({ getParentRoute: () => root, path: "/rules", component: lazyRouteComponent(() => import("./features/rules/RulesPage.tsx"), "RulesPage") });

/** Texts of an address's query, and nothing else. */
function texts<K extends string>(...names: K[]) {
  return (search: Record<string, unknown>): { [name in K]?: string } =>
    Object.fromEntries(names.flatMap((name) => (typeof search[name] === "string" || typeof search[name] === "number" ? [[name, String(search[name])]] : []))) as { [name in K]?: string };
}

const oneRule = createRoute({ getParentRoute: () => root, path: "/rules/$id", validateSearch: texts("organisation"), component: lazyRouteComponent(() => import("./features/rules/RulePage.tsx"), "RulePage") });

const backtest = createRoute({ getParentRoute: () => root, path: "/rules/backtest", validateSearch: texts("revision", "rule", "organisation"), component: lazyRouteComponent(() => import("./features/rules/BacktestPage.tsx"), "BacktestPage") });

const revisions = createRoute({ getParentRoute: () => root, path: "/rules/revisions", component: lazyRouteComponent(() => import("./features/rules/RevisionsPage.tsx"), "RevisionsPage") });

const homes = createRoute({ getParentRoute: () => root, path: "/homes", validateSearch: texts("q", "organisation", "archived", "state"), component: lazyRouteComponent(() => import("./features/homes/HomesPage.tsx"), "HomesPage") });

const oneHome = createRoute({ getParentRoute: () => root, path: "/homes/$id", validateSearch: texts("part", "device", "resident", "view"), component: lazyRouteComponent(() => import("./features/homes/HomePage.tsx"), "HomePage") });

const oneRevision = createRoute({ getParentRoute: () => root, path: "/rules/revisions/$n", validateSearch: texts("against"), component: lazyRouteComponent(() => import("./features/rules/RevisionPage.tsx"), "RevisionPage") });

const oneRota = createRoute({ getParentRoute: () => root, path: "/rotas/$id", component: lazyRouteComponent(() => import("./features/rotas/RotaPage.tsx"), "RotaPage") });

const rotas = createRoute({ getParentRoute: () => root, path: "/rotas", component: lazyRouteComponent(() => import("./features/rotas/RotasPage.tsx"), "RotasPage") });

const policies = createRoute({ getParentRoute: () => root, path: "/escalation", component: lazyRouteComponent(() => import("./features/policies/PoliciesPage.tsx"), "PoliciesPage") });

const reports = createRoute({ getParentRoute: () => root, path: "/reports", component: lazyRouteComponent(() => import("./features/reports/ReportsPage.tsx"), "ReportsPage") });

const reportSearch = texts("period", "from", "to", "organisation");

const oneReport = createRoute({ getParentRoute: () => root, path: "/reports/$name", validateSearch: reportSearch, component: lazyRouteComponent(() => import("./features/reports/ReportPage.tsx"), "ReportPage") });

const drill = texts("figure", "from", "to", "organisation", "month", "hour", "weekday", "rule", "kind", "model", "home", "lane", "outcome", "operator", "owner", "age");

/** Which alerts, and the report from which one came. */
const counted = (search: Record<string, unknown>) => ({ ...drill(search), ...(typeof search.report === "object" && search.report !== null ? { report: reportSearch(search.report as Record<string, unknown>) } : {}) });

const reportAlerts = createRoute({ getParentRoute: () => root, path: "/reports/$name/alerts", validateSearch: counted, component: lazyRouteComponent(() => import("./features/reports/AlertsPage.tsx"), "AlertsPage") });

const evidence = createRoute({ getParentRoute: () => root, path: "/reports/evidence", validateSearch: texts("resident", "name", "home"), component: lazyRouteComponent(() => import("./features/reports/EvidencePage.tsx"), "EvidencePage") });

const schedules = createRoute({ getParentRoute: () => root, path: "/reports/schedules", component: lazyRouteComponent(() => import("./features/reports/schedules/SchedulesPage.tsx"), "SchedulesPage") });

const users = createRoute({ getParentRoute: () => root, path: "/users", component: lazyRouteComponent(() => import("./features/access/UsersPage.tsx"), "UsersPage") });

const oneUser = createRoute({ getParentRoute: () => root, path: "/users/$id", component: lazyRouteComponent(() => import("./features/access/UserPage.tsx"), "UserPage") });

const tokens = createRoute({ getParentRoute: () => root, path: "/tokens", component: lazyRouteComponent(() => import("./features/access/TokensPage.tsx"), "TokensPage") });

const organisations = createRoute({ getParentRoute: () => root, path: "/organisations", component: lazyRouteComponent(() => import("./features/organisations/OrganisationsPage.tsx"), "OrganisationsPage") });

const oneOrganisation = createRoute({ getParentRoute: () => root, path: "/organisations/$id", component: lazyRouteComponent(() => import("./features/organisations/OrganisationPage.tsx"), "OrganisationPage") });

const webhooks = createRoute({ getParentRoute: () => root, path: "/webhooks", component: lazyRouteComponent(() => import("./features/webhooks/WebhooksPage.tsx"), "WebhooksPage") });

const oneWebhook = createRoute({ getParentRoute: () => root, path: "/webhooks/$id", component: lazyRouteComponent(() => import("./features/webhooks/WebhookPage.tsx"), "WebhookPage") });

const quarantine = createRoute({ getParentRoute: () => root, path: "/quarantine", validateSearch: texts("organisation", "gateway", "home", "from", "to"), component: lazyRouteComponent(() => import("./features/quarantine/QuarantinePage.tsx"), "QuarantinePage") });

const strangers = createRoute({ getParentRoute: () => root, path: "/strangers", component: lazyRouteComponent(() => import("./features/quarantine/StrangersPage.tsx"), "StrangersPage") });

const audit = createRoute({ getParentRoute: () => root, path: "/audit", validateSearch: texts("who", "object", "action", "organisation", "from", "to"), component: lazyRouteComponent(() => import("./features/audit/AuditPage.tsx"), "AuditPage") });

export const router = createRouter({ routeTree: root.addChildren([
  start,
  queue,
  oneCase,
  homes,
  oneHome,
  visits,
  oneVisit,
  handover,
  incidents,
  oneIncident,
  wall,
  rules,
  oneRule,
  backtest,
  revisions,
  oneRevision,
  rotas,
  oneRota,
  policies,
  reports,
  oneReport,
  reportAlerts,
  evidence,
  users,
  oneUser,
  tokens,
  organisations,
  oneOrganisation,
  webhooks,
  oneWebhook,
  quarantine,
  strangers,
  audit,
  schedules,
]), defaultPreload: "intent", defaultErrorComponent: Broken });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
