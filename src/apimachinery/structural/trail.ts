/** Where a walk is: member names and list positions. Rendered only when something is to be said about the place. */
export type Trail = (string | number)[];

export const trailTo = (path: string): Trail => (path === '' ? [] : [path]);

/** `spec.tolerations[0].key`. */
export function pathOf(trail: Readonly<Trail>): string {
  let path = '';
  for (const step of trail) path += typeof step === 'number' ? `[${step}]` : path === '' ? step : `.${step}`;
  return path;
}
