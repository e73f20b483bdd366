//! The command line: help everywhere, exit status 0, 1 and 2, secrets hidden, messages that say what to do.

use crate::support::harken::Harken;

#[tokio::test]
async fn help_is_everywhere_and_usage_is_told_from_failure() {
    let harken = Harken::builder().stopped();
    let mut open = vec![Vec::<String>::new()];
    let mut seen = 0;
    while let Some(command) = open.pop() {
        let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        arguments.push("--help");
        let help = harken.cli(&arguments).await;
        assert!(help.contains("Usage:"), "{command:?}: {help}");
        seen += 1;
        for sub in subcommands(&help) {
            open.push([command.clone(), vec![sub]].concat());
        }
    }
    assert!(seen >= 12, "{seen} commands were found");
    for wrong in [&["nonsense"][..], &["serve", "--nonsense"], &["token", "add"], &[]] {
        assert_eq!(harken.run(wrong).await.status.code(), Some(2), "{wrong:?}");
    }
    assert_eq!(harken.run(&["replay", "no-such-file"]).await.status.code(), Some(1));
}

fn subcommands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = listed.filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[tokio::test]
async fn settings_are_shown_without_secrets_and_faults_are_named() {
    let harken = Harken::builder()
        .database("postgres://harken:hunter2@db.example/harken")
        .set("HARKEN_MQTT_URL", "mqtt://broker.example:1883")
        .set("HARKEN_MQTT_PASSWORD", "hunter3")
        .set("HARKEN_ENGINE_BATCH", "17")
        .stopped();
    for arguments in [&["config"][..], &["config", "--json"]] {
        let shown = harken.cli(arguments).await;
        assert!(!shown.contains("hunter") && shown.contains("db.example") && shown.contains("17"), "{shown}");
    }
    for (name, value) in
        [("HARKEN_ENGINE_BATCH", "many"), ("HARKEN_HTTP_LISTEN", "here"), ("HARKEN_LOG_FORMAT", "xml"), ("HARKEN_DATABASE_URL", "x")]
    {
        let harken = Harken::builder().set(name, value).stopped();
        let output = harken.run(&["serve"]).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}={value}: {said}");
        assert!(said.contains(value), "{name}={value}: {said}");
    }
}
