// The words of what a change made of a record.

export const words = { field: "Field", before: "Before", after: "After", absent: "not there" } as const;
