/** Deep equality of JSON values, about three times as fast as Node's. */
export { default as equal } from 'fast-deep-equal';
