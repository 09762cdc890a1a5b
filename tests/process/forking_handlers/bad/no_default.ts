// No default export.
export const handler = 1;
