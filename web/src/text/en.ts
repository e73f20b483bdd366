// Every word that the console shows. A translation is this folder in another language.

export { shell } from "./shell.ts";
export { words as caseWords } from "./case.ts";
export { queue } from "./queue.ts";
export { words as handoverWords } from "./handover.ts";
export { words as incidentsWords } from "./incidents.ts";
export { screen as screenWords, words as wallWords } from "./wall.ts";
export { forms, lists } from "./forms.ts";
export { words as planWords } from "./plan.ts";
export { words as differenceWords } from "./difference.ts";
export { words as accessWords } from "./access.ts";
export { words as organisationsWords } from "./organisations.ts";
export { words as webhooksWords } from "./webhooks.ts";
export { homeChoice as homeChoiceWords, words as quarantineWords } from "./quarantine.ts";
export { words as auditWords } from "./audit.ts";
export { backtest as backtestWords, words as rulesWords } from "./rules.ts";
export { words as rotasWords } from "./rotas.ts";
export { words as policiesWords } from "./policies.ts";
export { words as homesWords } from "./homes.ts";
export { session } from "./session.ts";
export { words as visitsWords } from "./visits.ts";
export { words as reportsWords } from "./reports.ts";
export { words as evidenceWords } from "./evidence.ts";
export { words as schedulesWords } from "./schedules.ts";
