// Throws when it is loaded.
throw new RangeError("not today");
export default class Never {}
