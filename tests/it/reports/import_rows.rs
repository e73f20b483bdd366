//! A service moves in with its spreadsheets.

use serde_json::json;

use crate::support::harken::Harken;

async fn write(harken: &Harken, name: &str, text: &str) -> String {
    let file = harken.dir().join(name);
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn homes_residents_contacts_and_devices_come_in_from_csv_beside_a_running_server() {
    let harken = Harken::start().await;
    let api = harken.api_as("administrator", None).await;
    let organisation = api.post("/api/v1/organisations", &json!({ "name": "Borough", "zone": "Europe/London" })).await.expect(201);
    let organisation = organisation["id"].as_str().unwrap();
    let other = api.post("/api/v1/organisations", &json!({ "name": "Other", "zone": "Europe/London" })).await.expect(201);
    api.post("/api/v1/homes", &json!({ "organisation": other["id"], "name": "Not ours" })).await.expect(201);
    let read = async |name: &str, sort: &str, dry: bool, text: &str| {
        let file = write(&harken, name, text).await;
        let mut command = vec!["import", file.as_str(), "--as", sort, "--organisation", organisation];
        command.extend(dry.then_some("--dry-run"));
        let output = harken.run(&command).await;
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
    };
    let homes = "name,address,locality,call_back,key_safe\n12 Elm Row,\"12 Elm Row, Newtown\",Newtown,tel:+441632960001,2580\n14 Elm Row,,Newtown,,\n";
    let (well, said) = read("homes.csv", "homes", true, homes).await;
    assert!(well && said.contains("2 rows could be entered"), "{said}");
    let list = format!("/api/v1/homes?organisation={organisation}");
    assert_eq!(api.get(&list).await.expect(200)["items"], json!([]), "a dry run changes nothing");
    assert!(read("homes.csv", "homes", false, homes).await.0);
    let (well, said) = read("homes.csv", "homes", false, &format!("{homes}16 Elm Row,,,,\n")).await;
    assert!(well && said.contains("1 rows entered, 2 were there already"), "{said}");
    let entered = api.get(&list).await.expect(200);
    assert_eq!(entered["items"].as_array().unwrap().len(), 3);
    let elm =
        entered["items"].as_array().unwrap().iter().find(|home| home["name"] == "12 Elm Row").unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(api.get(&format!("/api/v1/homes/{elm}")).await.expect(200)["has_key_safe"], true);

    // Every row's fault is told, and the good rows wait for them.
    let (well, said) = read(
        "residents.csv",
        "residents",
        true,
        "home,name,born\n12 Elm Row,Ada,1938-12-10\nNot ours,Eve,\n14 Elm Row,,\n12 Elm Row,Ben,1938-13-10\n,Joe,\n",
    )
    .await;
    assert!(!well, "{said}");
    for fault in ["line 3: `home`", "line 4: missing field `name`", "line 5: `born`", "line 6: `home` is missing"] {
        assert!(said.contains(fault), "{fault} in {said}");
    }
    assert!(!said.contains("line 2"), "{said}");
    let (well, said) = read("residents.csv", "residents", false, "home,name,born,vulnerability\n12 Elm Row,Ada,1938-12-10,high\n").await;
    assert!(well, "{said}");
    let contacts = "home,name,telephone,calling_order,key_holder\n12 Elm Row,\"Nora \"\"N\"\" Neighbour\",'+44 1632 960002,1,yes\n";
    assert!(read("contacts.csv", "contacts", false, contacts).await.0);
    let contact = &api.get(&format!("/api/v1/contacts?home={elm}")).await.expect(200)["items"][0];
    assert_eq!(
        (&contact["name"], &contact["telephone"], &contact["key_holder"]),
        (&json!("Nora \"N\" Neighbour"), &json!("+44 1632 960002"), &json!(true))
    );

    harken.gateway("gw-1", &elm).await;
    let (well, said) = read(
        "devices.csv",
        "devices",
        false,
        "gateway,address,resident,room\ngw-1,pendant-1,Ada,\ngw-1,mat-1,,bedroom\ngw-1,mat-1,,hall\n",
    )
    .await;
    assert!(!well && said.contains("line 4: the same as line 3"), "{said}");
    assert!(read("devices.csv", "devices", false, "gateway,address,resident,room\ngw-1,pendant-1,Ada,\ngw-1,mat-1,,bedroom\n").await.0);
    let devices = api.get(&format!("/api/v1/devices?home={elm}")).await.expect(200);
    let resident = &api.get(&format!("/api/v1/residents?home={elm}")).await.expect(200)["items"][0]["id"];
    assert!(devices["items"].as_array().unwrap().iter().any(|device| device["address"] == "pendant-1" && device["resident"] == *resident));
    assert_eq!(devices["items"].as_array().unwrap().len(), 2);
}
