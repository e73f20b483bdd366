// Every word that the console shows. A translation is this folder in another language.

export { shell } from "./shell.ts";
export { words as caseWords } from "./case.ts";
export { queue } from "./queue.ts";
