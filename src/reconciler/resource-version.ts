/** Resource versions are decimal numbers of any length; a greater one of the same server is later. */
export const isOlder = (a: string | undefined = '', b: string | undefined = ''): boolean =>
  a.length < b.length || (a.length === b.length && a < b);
