/** One command line of the script. `{ns}` stands for the namespace of the chapter, a name nothing else has. */
export interface Step {
  readonly args: string;
  /** Standard input. */
  readonly input?: string;
  /** A sed expression that plays the editor. */
  readonly edit?: string;
  /** Every line of the embedded server's answer is in the other one's, in that order: it serves less, not otherwise. */
  readonly among?: true;
  /** A command that does not end by itself: it is stopped after so many lines; the steps run once it has begun to print. */
  readonly until?: { readonly lines: number; readonly meanwhile: readonly string[] };
}

/** Of a Service, kube-apiserver's repair loops now and then tell in an event that its address is not allocated. */
const WITHOUT_SERVICES = 'kube-public';

const webYaml = (image = 'nginx:1', replicas = 2): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: "${image}"}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: cluster.open-cluster-management.io/v1beta1
kind: Placement
metadata: {name: web}
spec: {numberOfClusters: ${replicas}}
`;

const settings = (data: string): string => `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, labels: {app: web}}
data: ${data}
`;

const CRD = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boxes.{ns}.example.com}
spec:
  group: {ns}.example.com
  scope: Namespaced
  names: {plural: boxes, singular: box, kind: Box, shortNames: [bx{n}], categories: [toys{n}]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}, scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}}
    additionalPrinterColumns:
    - {name: Size, type: integer, jsonPath: .spec.size, description: how big}
    - {name: Colour, type: string, jsonPath: .spec.colour, priority: 1}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
    schema:
      openAPIV3Schema:
        type: object
        description: A box of things.
        properties:
          spec:
            type: object
            description: What the box should be.
            required: [size]
            properties:
              size: {type: integer, minimum: 1, maximum: 10, description: How many fit in.}
              colour: {type: string, enum: [red, green], default: red}
              parts: {type: array, items: {type: object, properties: {id: {type: string}}}}
            x-kubernetes-validations: [{rule: "self.colour != 'green' || self.size > 2", message: green boxes are big}]
          status:
            type: object
            properties: {size: {type: integer}, phase: {type: string}}
`;

const box = (name: string, spec: string): string =>
  `---\n{apiVersion: {ns}.example.com/v1, kind: Box, metadata: {name: ${name}}, spec: ${spec}}`;

const REQUEST = [
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIUU1IZ0NBUUF3RmpFVU1CSUdBMVVFQXd3TGMyTnlhWEIwTFhW',
  'elpYSXdXVEFUQmdjcWhrak9QUUlCQmdncQpoa2pPUFFNQkJ3TkNBQVN6RlVBME9ZVm90Q2t5c1NLa09MSVhUQ3dqY3ptN1ZTM3RY',
  'dGIxMlhoVkEwRWo2T1k2CmI0SjUrVzNmSzU2VWlXUjMrVS9wMmZvOGxWZWZWaks2QVcwcW9BQXdDZ1lJS29aSXpqMEVBd0lEU0FB',
  'd1JRSWcKS3VlQ29YckpMaXVudUg3bEhBRW9pVXg1bzdEMmx0RmtJME5hd29JcFN3Z0NJUUNjN0VvMUxtWEw4eXBSUWRBVwo4WEVu',
  'T2plM2srMi8xWmt2MlZlbEg5OWdUdz09Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=',
].join('');

const csr = (name: string): string => `
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: {ns}-${name}}
spec: {request: ${REQUEST}, signerName: example.com/{ns}, usages: [client auth]}
`;

const roles = (verbs: string): string => `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [${verbs}]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: jane}]
`;

/** The chapter every version plays. */
export const EVERYDAY = 'works through an ordinary day';

/** Commands in chapters that need nothing of each other. */
export const CHAPTERS: Readonly<Record<string, readonly (string | Step)[]>> = {
  [EVERYDAY]: [
    'version',
    'cluster-info',
    'config current-context',
    { args: 'api-resources', among: true },
    { args: 'api-versions', among: true },
    'api-resources --api-group=apps -o wide',
    'explain placement.spec.numberOfClusters',
    { args: 'explain deployment.spec.strategy', among: true },
    'get pods',
    'create configmap a --from-literal=x=1',
    'create configmap a --from-literal=x=1',
    'create secret generic s --from-literal=password=hunter2',
    'create serviceaccount robot',
    'create role reader --verb=get,list --resource=configmaps',
    'create rolebinding reader --role=reader --serviceaccount={ns}:robot --user=jane',
    'create deployment made --image=nginx:1 --replicas=3 --dry-run=client -o yaml',
    'create deployment made --image=nginx:1 --replicas=3 --dry-run=server -o yaml',
    'create namespace {ns}-other',
    'create quota small --hard=pods=1 --dry-run=server',
    { args: 'apply -f -', input: webYaml() },
    { args: 'apply -f -', input: webYaml() },
    { args: 'diff -f -', input: webYaml('nginx:2', 4) },
    { args: 'apply -f -', input: webYaml('nginx:2', 4) },
    'apply view-last-applied deploy/web',
    { args: 'apply -f -', input: webYaml().replace('replicas: 2', 'replicass: 2') },
    { args: 'apply -f -', input: webYaml().replaceAll('{app: web}', '{app: new}') },
    { args: 'apply --server-side -f -', input: settings('{a: "1"}') },
    { args: 'apply --server-side --field-manager=other -f -', input: settings('{a: "2"}') },
    { args: 'apply --server-side --field-manager=other --force-conflicts -f -', input: settings('{a: "2"}') },
    'get configmap settings -o yaml --show-managed-fields',
    'get all',
    'get deploy web -o yaml',
    'get deploy web -o json',
    'get deploy,svc -o wide --show-labels',
    'get deploy web -o jsonpath={.spec.replicas}',
    'get deploy -o custom-columns=N:.metadata.name,C:.spec.template.spec.containers[*].image',
    'get deploy -l app=web -o name',
    'get configmaps --field-selector=metadata.name=a -o name',
    'get secrets,configmaps --sort-by=.metadata.name',
    'get placements -A -l {n}=none',
    'get configmap nothing',
    'get nothings',
    'get --raw /readyz',
    'describe deploy web',
    'describe placement web',
    'describe configmap nothing',
    'label deploy web tier=gold',
    'label deploy web tier=silver',
    'annotate placement web note=x',
    'patch deploy web -p {"spec":{"template":{"spec":{"containers":[{"name":"d","image":"sidecar"}]}}}}',
    'patch placement web --type=merge -p {"spec":{"numberOfClusters":5}}',
    'patch placement web --type=json -p [{"op":"test","path":"/spec/numberOfClusters","value":6}]',
    'patch placement web --type=merge -p {"spec":{"numberOfClusters":"five"}}',
    'patch placement web --subresource=status --type=merge -p {"status":{"numberOfSelectedClusters":1}}',
    { args: 'edit placement web', edit: 's/numberOfClusters:.5/numberOfClusters: 6/' },
    { args: 'replace -f -', input: webYaml('nginx:3', 7) },
    'set image deploy/web c=nginx:2',
    'scale deploy/web --replicas=1',
    'rollout restart deploy/web',
    'rollout history deploy/web',
    'rollout status deploy/web --watch=false',
    'expose deploy web --name=shown --port=8080',
    'auth can-i delete placements',
    'auth can-i get configmaps --as=system:serviceaccount:{ns}:robot',
    'auth can-i --list --as=jane',
    'get secrets --as=jane',
    'delete configmaps --all --as=jane',
    { args: 'create -f -', input: csr('day') },
    'certificate approve {ns}-day',
    'get csr {ns}-day',
    'delete csr {ns}-day',
    `events --namespace=${WITHOUT_SERVICES}`,
    { args: 'create -f -', input: CRD },
    'wait --for=condition=Established crd/boxes.{ns}.example.com --timeout=20s',
    { args: 'apply -f -', input: box('one', '{size: 3}') },
    { args: 'apply -f -', input: box('two', '{size: 11}') },
    'get boxes.{ns}.example.com -o wide',
    'explain boxes.{ns}.example.com.spec',
    'delete crd boxes.{ns}.example.com --timeout=30s',
    'wait --for=jsonpath={.spec.numberOfClusters}=7 placement/web --timeout=20s',
    {
      args: 'get configmap a --watch --output-watch-events --no-headers',
      until: { lines: 3, meanwhile: ['label configmap a x=y', 'delete configmap a'] },
    },
    'delete deploy web --cascade=foreground --timeout=20s',
    'delete configmap settings --cascade=orphan',
    'delete placement,service --all',
    'delete secret nothing',
    'delete namespace {ns}-other --timeout=30s',
  ],

  'creates and reads objects': [
    'create configmap a --from-literal=x=1',
    'create secret generic s --from-literal=password=hunter2',
    'create secret docker-registry d --docker-server=r.example.com --docker-username=u --docker-password=p',
    'create serviceaccount robot',
    'create role reader --verb=get,list --resource=configmaps,deployments.apps',
    'create rolebinding reader --role=reader --serviceaccount={ns}:robot --user=jane --group=staff',
    'create deployment web --image=nginx:1 --replicas=3 --port=80',
    'create service clusterip web --tcp=80:8080',
    'create ingress web --rule=example.com/=web:80',
    'create job once --image=busybox -- true',
    'create cronjob often --image=busybox --schedule=*/5\\t*\\t*\\t*\\t* -- true',
    'create quota small --hard=pods=1',
    'create poddisruptionbudget web --selector=app=web --min-available=1',
    'create priorityclass {ns} --value=7 --description=seven',
    'create configmap a',
    'create configmap UPPER',
    'create configmap b --dry-run=client -o yaml',
    'create configmap b --dry-run=server -o yaml',
    'create deployment dry --image=nginx --dry-run=server',
    'get configmap a -o yaml',
    'get configmap a -o json',
    'get secret s -o jsonpath={.data.password}',
    'get secret d -o jsonpath={.type}',
    'get deploy web -o yaml',
    'get service web -o yaml',
    'get job once -o jsonpath={.spec.backoffLimit}/{.spec.completions}/{.spec.parallelism}/{.spec.suspend}',
    'get rolebinding reader -o yaml',
    'get configmap,secret,sa',
    'get all',
    'get all -o name',
    'get deploy,svc,ing,job,cj,pdb,quota -o wide',
    'get role,rolebinding -o wide',
    'get priorityclass {ns}',
    'get deploy web -o custom-columns=N:.metadata.name,C:.spec.template.spec.containers[*].image,NONE:.spec.nothing',
    'get deploy web -o go-template={{.metadata.name}}',
    'get deploy --show-labels',
    'get deploy -L app --no-headers',
    'get deploy -l app=web,tier!=gold -o name',
    'get deploy -l app=other',
    'get configmaps --field-selector=metadata.name=a -o name',
    'get configmaps --field-selector=metadata.colour=a',
    'get secrets --sort-by=.type',
    'get deploy -A -l app=web --field-selector=metadata.namespace={ns}',
    'get configmap nothing',
    'get configmap nothing --ignore-not-found',
    'get configmap a nothing',
    'get nothings',
    'get configmaps --chunk-size=1 -o name',
    'get namespace {ns}',
    'get --raw /api/v1/namespaces/{ns}/configmaps/nothing',
    'get --raw /healthz',
    'describe configmap a',
    'describe secret s',
    'describe deploy web',
    'describe service web --show-events=false',
    'describe role reader',
    'describe rolebinding reader',
    'describe quota small',
    'describe namespace {ns}',
    'describe configmap nothing',
  ],

  'applies, compares and prunes': [
    { args: 'apply -f -', input: webYaml() },
    { args: 'apply -f -', input: webYaml() },
    { args: 'diff -f -', input: webYaml() },
    { args: 'diff -f -', input: webYaml('nginx:2', 4) },
    { args: 'apply -f - --dry-run=server', input: webYaml('nginx:2') },
    { args: 'apply -f - --dry-run=client', input: webYaml('nginx:2') },
    { args: 'apply -f -', input: webYaml('nginx:2', 4) },
    { args: 'get -f -', input: webYaml() },
    'get deploy web -o jsonpath={.spec.replicas}/{.spec.template.spec.containers[0].image}/{.metadata.generation}',
    'apply view-last-applied deploy/web',
    'apply view-last-applied placement/web -o json',
    'create configmap made --from-literal=a=1',
    { args: 'apply -f -', input: '---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: made}, data: {b: "2"}}' },
    'get configmap made -o yaml',
    'create configmap adopted --from-literal=a=1',
    {
      args: 'apply set-last-applied --create-annotation -f -',
      input: '---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: adopted}, data: {a: "1"}}',
    },
    'apply view-last-applied configmap/adopted',
    { args: 'apply -f -', input: webYaml().replace('replicas: 2', 'replicass: 2') },
    { args: 'apply -f - --validate=ignore', input: webYaml().replace('replicas: 2', 'replicass: 2') },
    { args: 'apply -f - --validate=warn', input: webYaml().replace('numberOfClusters', 'numberOfCluster') },
    { args: 'apply -f -', input: webYaml().replace('replicas: 2', 'replicas: two') },
    { args: 'apply -f -', input: webYaml().replace('app: web}}\n    spec', 'app: bad}}\n    spec') },
    { args: 'apply -f -', input: webYaml().replaceAll('{app: web}', '{app: new}') },
    { args: 'apply -f -', input: '---\n{apiVersion: v9, kind: ConfigMap, metadata: {name: a}}' },
    {
      args: 'apply -f -',
      input: '---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: absent-{ns}}}',
    },
    { args: 'apply -f -', input: settings('{a: "1"}') },
    { args: 'apply --prune -l app=web --prune-allowlist=core/v1/ConfigMap -f -', input: webYaml() },
    'get configmap settings',
    { args: 'delete -f -', input: webYaml() },
    { args: 'delete -f - --ignore-not-found', input: webYaml() },
    { args: 'delete -f -', input: webYaml() },
  ],

  'applies on the server': [
    { args: 'apply --server-side -f -', input: webYaml() },
    { args: 'apply --server-side -f -', input: webYaml() },
    'get deploy web -o yaml --show-managed-fields',
    'get placement web -o yaml --show-managed-fields',
    'scale deploy web --replicas=5',
    { args: 'apply --server-side -f -', input: webYaml() },
    { args: 'apply --server-side --field-manager=other -f -', input: webYaml('nginx:3', 7) },
    { args: 'diff --server-side -f -', input: webYaml('nginx:1', 5) },
    { args: 'apply --server-side --force-conflicts -f -', input: webYaml() },
    'get deploy web -o yaml --show-managed-fields',
    { args: 'apply --server-side -f -', input: settings('{a: "1", b: "2"}') },
    { args: 'apply --server-side --field-manager=second -f -', input: settings('{b: "2", c: "3"}') },
    { args: 'apply --server-side -f -', input: settings('{a: "1"}') },
    { args: 'apply --server-side --field-manager=second -f -', input: settings('{a: "9"}') },
    'get configmap settings -o yaml --show-managed-fields',
    { args: 'apply --server-side -f - --dry-run=server -o yaml', input: settings('{z: "1"}') },
    { args: 'apply -f -', input: '---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: moved}, data: {a: "1"}}' },
    {
      args: 'apply --server-side -f -',
      input: '---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: moved}, data: {b: "2"}}',
    },
    'get configmap moved -o yaml --show-managed-fields',
    { args: 'apply --server-side -f -', input: webYaml().replace('replicas: 2', 'replicass: 2') },
    { args: 'apply --server-side -f -', input: webYaml().replace('replicas: 2', 'replicas: two') },
  ],

  'changes objects': [
    { args: 'create -f -', input: webYaml() },
    { args: 'create -f -', input: webYaml() },
    'patch deploy web -p {"spec":{"replicas":4}}',
    'patch deploy web -p {"spec":{"replicas":4}}',
    'patch deploy web -p {"spec":{"template":{"spec":{"containers":[{"name":"d","image":"sidecar"}]}}}}',
    'patch placement web --type=merge -p {"spec":{"numberOfClusters":4}}',
    'patch placement web -p {"spec":{"numberOfClusters":4}}',
    'patch placement web --type=json -p [{"op":"replace","path":"/spec/numberOfClusters","value":5}]',
    'patch placement web --type=json -p [{"op":"test","path":"/spec/numberOfClusters","value":6}]',
    'patch placement web --type=json -p [{"op":"remove","path":"/spec/nothing"}]',
    'patch placement web --type=merge -p {"spec":{"numberOfClusters":"five"}}',
    'patch placement web --subresource=status --type=merge -p {"status":{"numberOfSelectedClusters":1}}',
    'patch deploy web --subresource=scale --type=merge -p {"spec":{"replicas":6}}',
    'patch deploy nothing -p {}',
    'get placement web -o yaml',
    'get deploy web --subresource=scale -o yaml',
    'get placement web --subresource=status',
    'label deploy web tier=gold',
    'label deploy web tier=silver',
    'label deploy web tier=silver --overwrite',
    'label deploy,placement -l app=web team=blue',
    'label deploy web tier-',
    'label deploy web nothing-',
    'label deploy web bad/label/name=x',
    'annotate placement web note=x other=y',
    'annotate placement web note- ',
    'annotate configmap nothing a=b',
    'set image deploy/web c=nginx:2 d=sidecar:2',
    'set image deploy/web nothing=nginx:2',
    'set env deploy/web -c c A=1 B=2',
    'set env deploy/web --list',
    'set resources deploy/web -c c --limits=cpu=200m,memory=1Gi',
    'set serviceaccount deploy/web robot',
    'set selector service/web app=web,tier=gold',
    'get deploy web -o yaml',
    { args: 'edit placement web', edit: 's/numberOfClusters:.5/numberOfClusters: 6/' },
    { args: 'edit placement web', edit: 's/nothing/else/' },
    { args: 'edit deploy web', edit: 's/name: web$/name: other/' },
    'get placement web -o jsonpath={.spec.numberOfClusters}',
    { args: 'replace -f -', input: webYaml('nginx:3', 7) },
    { args: 'replace -f -', input: webYaml().replaceAll('name: web,', 'name: absent,') },
    { args: 'replace --force -f -', input: settings('{x: "1"}') },
    {
      args: 'replace -f -',
      input: '---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, resourceVersion: "1"}}',
    },
    'get deploy web -o jsonpath={.metadata.generation}',
    'scale deploy/web --replicas=1 --current-replicas=3',
    'scale deploy/web --replicas=1 --current-replicas=7',
    'scale placement/web --replicas=1',
    'autoscale deploy/web --min=1 --max=3',
    'get hpa web',
    'expose deploy web --name=shown --port=8080 --target-port=80',
    'get svc shown -o jsonpath={.spec.selector}{.spec.ports}',
    'rollout pause deploy/web',
    'rollout pause deploy/web',
    'rollout resume deploy/web',
    'rollout restart deploy/web',
    'rollout history deploy/web',
    'rollout undo deploy/web',
    'rollout status deploy/web --watch=false',
    'rollout status deploy/nothing',
    'get deploy',
  ],

  'watches, waits and deletes': [
    'create configmap a --from-literal=x=1',
    {
      args: 'get configmap a --watch --output-watch-events --no-headers',
      until: { lines: 3, meanwhile: ['label configmap a x=y', 'delete configmap a'] },
    },
    'create configmap a --from-literal=x=1',
    {
      args: 'get configmaps --watch -o name -l app!=none',
      until: { lines: 3, meanwhile: ['create configmap b', 'label configmap b app=web'] },
    },
    { args: 'apply -f -', input: webYaml() },
    'patch deploy web --subresource=status --type=merge -p {"status":{"observedGeneration":1,"conditions":[{"type":"Available","status":"True"}]}}',
    'wait --for=condition=Available deploy/web --timeout=20s',
    'wait --for=condition=Other deploy/web --timeout=2s',
    'wait --for=jsonpath={.spec.numberOfClusters}=2 placement/web --timeout=20s',
    'wait --for=condition=Available deploy/nothing --timeout=2s',
    'patch configmap a --type=merge -p {"metadata":{"finalizers":["example.com/hold"]}}',
    'delete configmap a --wait=false',
    'delete configmap a --timeout=2s',
    'get configmap a -o jsonpath={.metadata.finalizers}{.metadata.deletionGracePeriodSeconds}',
    'wait --for=delete configmap/a --timeout=2s',
    'create configmap a',
    'patch configmap a --type=merge -p {"metadata":{"finalizers":null}}',
    'wait --for=delete configmap/a --timeout=20s',
    'delete configmap a',
    'delete configmap a --ignore-not-found',
    'delete configmap b --dry-run=server',
    'delete configmap b --dry-run=client',
    'delete configmap b --now -o name',
    'delete deploy web --cascade=foreground --timeout=20s',
    'create configmap c',
    'create configmap d',
    'create configmap e',
    'label configmap c d e gone=yes',
    'delete configmap c --cascade=orphan',
    'delete configmap c d',
    'delete configmap -l gone=yes',
    'delete configmap -l gone=yes',
    'delete configmap',
    'delete placement --all --cascade=background',
    'delete configmap,placement --all',
    'create namespace {ns}-other',
    'create namespace {ns}-other',
    'create configmap in-it --namespace={ns}-other',
    'delete namespace {ns}-other --timeout=30s',
    'get configmaps --namespace={ns}-other',
    'create configmap late --namespace={ns}-other',
  ],

  'defines kinds': [
    { args: 'create -f -', input: CRD },
    'wait --for=condition=Established crd/boxes.{ns}.example.com --timeout=20s',
    'get crd boxes.{ns}.example.com',
    { args: 'create -f -', input: CRD },
    { args: 'apply -f -', input: box('one', '{size: 3}') },
    { args: 'apply -f -', input: box('one', '{size: 3}') },
    { args: 'apply -f -', input: box('two', '{size: 11}') },
    { args: 'apply -f -', input: box('two', '{size: 1, colour: green}') },
    { args: 'apply -f -', input: box('two', '{size: 1, colour: blue}') },
    { args: 'apply -f -', input: box('two', '{colour: red}') },
    { args: 'apply -f -', input: box('two', '{size: 1, nothing: 2}') },
    { args: 'apply -f - --validate=warn', input: box('two', '{size: 1, nothing: 2}') },
    { args: 'apply --server-side -f -', input: box('three', '{size: 3, parts: [{id: a}]}') },
    { args: 'apply --server-side --field-manager=x -f -', input: box('three', '{size: 4}') },
    'get boxes.{ns}.example.com',
    'get bx{n} -o wide',
    'get toys{n} -o name',
    'get box.v1.{ns}.example.com one -o yaml',
    'get boxes.{ns}.example.com --sort-by=.spec.size -o name',
    'describe boxes.{ns}.example.com one',
    'scale boxes.{ns}.example.com one --replicas=5',
    'scale boxes.{ns}.example.com one --replicas=50',
    'patch boxes.{ns}.example.com one --subresource=status --type=merge -p {"status":{"phase":"Open"},"spec":{"size":9}}',
    'wait --for=jsonpath={.status.phase}=Open boxes.{ns}.example.com/one --timeout=20s',
    'patch boxes.{ns}.example.com one --type=merge -p {"spec":{"size":99}}',
    'explain boxes.{ns}.example.com',
    'explain boxes.{ns}.example.com.spec',
    'explain boxes.{ns}.example.com.spec.size',
    'explain boxes.{ns}.example.com.nothing',
    'explain boxes.{ns}.example.com --recursive',
    'api-resources --api-group={ns}.example.com',
    'api-resources --api-group={ns}.example.com -o wide',
    'api-resources --api-group={ns}.example.com --namespaced=false',
    'delete boxes.{ns}.example.com one',
    'delete crd boxes.{ns}.example.com --timeout=30s',
    'get boxes.{ns}.example.com',
    { args: 'create -f -', input: CRD.replace('type: integer, minimum: 1', 'type: number-like, minimum: 1') },
    { args: 'create -f -', input: CRD.replace('name: boxes.', 'name: crates.') },
  ],

  'asks what is allowed and who asks': [
    { args: 'auth reconcile -f -', input: roles('get, list') },
    { args: 'auth reconcile -f -', input: roles('get, watch') },
    'get role reader -o jsonpath={.rules}',
    'auth can-i delete placements',
    'auth can-i get configmaps --as=jane',
    'auth can-i delete configmaps --as=jane',
    'auth can-i get configmaps/a --as=jane',
    'auth can-i get nothings --as=jane',
    'auth can-i create deployments --subresource=scale --as=jane',
    'auth can-i * *',
    'auth can-i get /healthz --as=jane',
    'auth can-i --list --as=jane',
    'auth whoami --as=jane --as-group=staff -o yaml',
    'auth whoami -o json',
    'get secrets --as=jane',
    'get secret s --as=jane -o yaml',
    'create configmap forbidden --as=jane',
    'delete configmaps --all --as=jane',
    'get nodes --as=jane',
    'get configmaps --as=jane',
    'create role more --verb=get --resource=secrets --as=jane',
    'create clusterrole {ns} --verb=get --resource=nodes',
    'create clusterrole {ns}-metrics --verb=get --non-resource-url=/metrics',
    'create clusterrolebinding {ns} --clusterrole={ns} --group=system:serviceaccounts:{ns}',
    'auth can-i get nodes --as=system:serviceaccount:{ns}:robot',
    'auth can-i get nodes --as=system:serviceaccount:{ns}:robot --as-group=system:serviceaccounts:{ns}',
    'describe clusterrole {ns}',
    'describe clusterrolebinding {ns}',
    'create serviceaccount robot',
    'create token nothing',
    'get serviceaccount robot -o yaml',
    'get configmaps --kubeconfig=/dev/null --server={server} --insecure-skip-tls-verify --token=wrong',
    'get --raw /version --kubeconfig=/dev/null --server={server} --insecure-skip-tls-verify --token=wrong',
    { args: 'create -f -', input: csr('good') },
    { args: 'create -f -', input: csr('bad') },
    'get csr {ns}-good',
    'certificate approve {ns}-good',
    'certificate approve {ns}-good',
    'certificate deny {ns}-bad',
    'certificate deny {ns}-nothing',
    'get csr {ns}-good {ns}-bad',
    'describe csr {ns}-bad',
    'delete csr {ns}-good {ns}-bad',
  ],

  'discovers the API': [
    'api-resources --api-group=apps',
    'api-resources --api-group=apps -o wide',
    'api-resources --api-group=cluster.open-cluster-management.io --sort-by=name',
    'api-resources --api-group=rbac.authorization.k8s.io --verbs=list,get -o name',
    'api-resources --api-group=batch --namespaced=true --no-headers',
    { args: 'api-resources --api-group=', among: true },
    { args: 'api-resources', among: true },
    { args: 'api-versions', among: true },
    { args: 'explain deployment', among: true },
    { args: 'explain deployment --recursive', among: true },
    { args: 'explain deployment.spec.strategy', among: true },
    'explain deployment.spec.nothing',
    'explain placement.spec',
    'explain placement.spec.numberOfClusters',
    'explain placement --api-version=cluster.open-cluster-management.io/v1beta1',
    'explain nothings',
    'version',
    'cluster-info',
    'config view',
    'config current-context',
    'config get-contexts',
    `config set-context --current --namespace=${WITHOUT_SERVICES}`,
    'events',
    'get events',
    'top nodes',
    'taint nodes nothing a=b:NoSchedule',
    'cordon nothing',
    'logs nothing',
    'exec nothing -- true',
    'get --raw /nothing',
    'get --raw /apis/apps/v1/nothings',
    'get nodes',
    'get pods',
    'run shell --image=busybox --restart=Never',
    'run shell --image=busybox --restart=Never --dry-run=server -o yaml',
    'get pods -o wide',
    'delete pod shell --now',
    'get namespaces default kube-system -o name',
  ],
};
