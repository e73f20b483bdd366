// The words of forms and lists.

export const forms = {
  save: "Save",
  cancel: "Cancel",
  saved: "Saved.",
  edit: "Edit",
  add: "Add",
  remove: "Remove",
  choose: "Choose …",
} as const;

export const lists = { more: "Show more", loading: "Loading …" } as const;
