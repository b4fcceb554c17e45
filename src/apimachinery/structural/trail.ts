/** Where a walk is: members, list positions and keys of maps. Rendered only when something is to be said about the place. */
export type Trail = (string | number | MapKey)[];

export interface MapKey {
  readonly key: string;
}

export const trailTo = (path: string): Trail => (path === '' ? [] : [path]);

/** `spec.tolerations[0].key`. */
export const pathOf = (trail: Readonly<Trail>): string => render(trail, ({ key }) => `.${key}`);

/** As `pathOf`, but keys of maps in brackets: Kubernetes has both, depending on who speaks. */
export const bracketPathOf = (trail: Readonly<Trail>): string => render(trail, ({ key }) => `[${key}]`);

function render(trail: Readonly<Trail>, renderKey: (key: MapKey) => string): string {
  let path = '';
  for (const step of trail) {
    if (typeof step === 'object') path += renderKey(step);
    else path += typeof step === 'number' ? `[${step}]` : path === '' ? step : `.${step}`;
  }
  return path;
}
