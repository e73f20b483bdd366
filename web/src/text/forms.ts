// The words of forms and lists.

export const forms = {
  save: "Save",
  cancel: "Cancel",
  saved: "Saved.",
  edit: "Edit",
  add: "Add",
  remove: "Remove",
  choose: "Choose …",
  sure: "Are you sure?",
  copy: "Copy",
  copied: "Copied.",
  copyByHand: "Copying is not allowed here. The text is selected: press Ctrl and C.",
  onceOnly: "This is shown only now. Copy it before you go on; it cannot be shown again.",
  onceDone: "I have copied it",
} as const;

export const lists = { more: "Show more", loading: "Loading …" } as const;
