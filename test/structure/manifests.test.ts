import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { loadAll } from 'js-yaml';

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface Container {
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly ports: readonly { readonly name: string }[];
  readonly resources: { readonly requests: Readonly<Record<string, string>> };
  readonly securityContext: Readonly<Record<string, unknown>> & { readonly capabilities: { readonly drop: string[] } };
}

/** Every member any of our manifests has; an assertion reads only those its kind has. */
interface Document {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly resources: readonly string[];
  readonly roleRef: { readonly name: string };
  readonly rules?: readonly unknown[];
  readonly subjects: readonly { readonly name: string; readonly namespace: string }[];
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly serviceAccountName: string;
        readonly securityContext: {
          readonly runAsNonRoot: boolean;
          readonly seccompProfile: { readonly type: string };
        };
        readonly containers: readonly Container[];
      };
    };
  };
}

const documents = (folder: string): Document[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => loadAll(readFileSync(join(folder, name), 'utf8')) as Document[]); // YAML of our own manifests

for (const base of ['hub', 'agent']) {
  const folder = join('manifests', base);
  const all = documents(folder);
  const of = (kind: string): Document[] => all.filter((document) => document.kind === kind);

  test(`${base}: the kustomization names every file, and every file it names is there`, (t) => {
    const resources = of('Kustomization').flatMap((kustomization) => kustomization.resources);
    for (const resource of resources) t.true(existsSync(join(folder, resource)), resource);
    const files = readdirSync(folder).filter((name) => name !== 'kustomization.yaml');
    t.deepEqual(
      files.filter((name) => !resources.includes(name)),
      [],
    );
  });

  test(`${base}: the Deployment has probes, requests and a locked-down security context`, (t) => {
    t.is(of('Deployment').length, 1);
    const pod = of('Deployment')[0]!.spec.template.spec;
    t.true(pod.securityContext.runAsNonRoot);
    t.is(pod.securityContext.seccompProfile.type, 'RuntimeDefault');
    t.is(pod.serviceAccountName, of('ServiceAccount')[0]!.metadata.name);
    for (const container of pod.containers) {
      t.is(container.livenessProbe.httpGet.path, '/healthz');
      t.is(container.readinessProbe.httpGet.path, '/readyz');
      t.truthy(container.resources.requests.cpu);
      t.truthy(container.resources.requests.memory);
      t.is(container.securityContext.allowPrivilegeEscalation, false);
      t.is(container.securityContext.readOnlyRootFilesystem, true);
      t.deepEqual(container.securityContext.capabilities.drop, ['ALL']);
      const names = container.ports.map(({ name }) => name);
      for (const probe of [container.livenessProbe, container.readinessProbe])
        t.true(names.includes(probe.httpGet.port));
    }
  });

  test(`${base}: bindings refer to roles and accounts that exist, and nothing is granted with a wildcard`, (t) => {
    const roles = [...of('ClusterRole'), ...of('Role')];
    const builtIn = ['admin'];
    for (const binding of [...of('ClusterRoleBinding'), ...of('RoleBinding')]) {
      const known = [...roles.map(({ metadata }) => metadata.name), ...builtIn];
      t.true(known.includes(binding.roleRef.name), binding.roleRef.name);
      for (const subject of binding.subjects) {
        t.true(
          of('ServiceAccount').some(
            ({ metadata }) => metadata.name === subject.name && metadata.namespace === subject.namespace,
          ),
        );
      }
    }
    for (const role of roles)
      for (const rule of role.rules ?? []) t.false(JSON.stringify(rule).includes('"*"'), role.metadata.name);
  });
}

test('the Dockerfile runs the built command line as a user without rights', (t) => {
  const text = readFileSync('Dockerfile', 'utf8');
  t.regex(text, /^USER 65532/m);
  t.regex(text, /^ENTRYPOINT .*dist\/src\/cli\/main\.js/m);
});
