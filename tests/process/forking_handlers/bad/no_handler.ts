// A default export that handles nothing.
export default class Nothing {}
