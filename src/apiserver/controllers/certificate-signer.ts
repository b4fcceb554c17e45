import type { Unstructured } from '../../api/meta.js';
import { timestamp } from '../../apimachinery/go-time.js';
import { startController } from '../../control/controller.js';
import { done, type Outcome } from '../../control/outcome.js';
import { type Condition, statusOf } from '../builtin/model/typed.js';
import { requestSpecOf, SIGNER, signerProblem } from '../certificates/certificate-requests.js';
import { parseRequest, type RequestSpec } from '../certificates/certificate-rules.js';
import type { Kind } from '../kind.js';
import type { LocalApi } from '../local-api.js';
import type { Pki } from '../pki.js';
import { YEAR_MS } from '../pki.js';
import { type Loop, type LoopContext, MANAGER, RESYNC_MS } from './loop.js';

interface RequestStatus {
  conditions: Condition[];
  certificate: string;
}

/** Signs approved requests for client certificates of this server. */
export function startCertificateSigner({ local, log, now }: LoopContext, pki: Pki, signal: AbortSignal): Loop {
  const controller = startController(
    {
      name: 'certificate-signer',
      workers: 2,
      resyncMs: RESYNC_MS,
      log: log.with({ controller: 'certificate-signer' }),
      reconcile: async (name) => {
        const kind = requestKind(local);
        const request = kind && local.get(kind, { name });
        return kind && request ? sign(local, kind, request, pki, now()) : done;
      },
    },
    signal,
  );
  const stop = local.onChange(({ kind, after }) => {
    if (after && isRequest(kind)) controller.add(after.metadata.name);
  });
  signal.addEventListener('abort', stop, { once: true });
  const kind = requestKind(local);
  if (kind) for (const { metadata } of local.list(kind)) controller.add(metadata.name);
  return controller;
}

const isRequest = ({ group, kind }: Kind): boolean =>
  group === 'certificates.k8s.io' && kind === 'CertificateSigningRequest';

const requestKind = (local: LocalApi): Kind | undefined =>
  local.kindOf('certificates.k8s.io/v1', 'CertificateSigningRequest');

async function sign(local: LocalApi, kind: Kind, object: Unstructured, pki: Pki, now: Date): Promise<Outcome> {
  const spec = requestSpecOf(object);
  const { conditions = [], certificate } = statusOf<RequestStatus>(object);
  const has = (type: string) => conditions.some((condition) => condition.type === type);
  if (spec.signerName !== SIGNER || certificate !== undefined || !has('Approved') || has('Denied') || has('Failed')) {
    return done;
  }
  const problem = signerProblem(spec);
  const status =
    problem === undefined
      ? { conditions, certificate: Buffer.from(await certificateFor(spec, pki)).toString('base64') }
      : { conditions: [...conditions, failed(problem, now)] };
  await local.update(kind, { ...object, status } as Unstructured, { subresource: 'status', fieldManager: MANAGER });
  return done;
}

const certificateFor = (spec: RequestSpec, pki: Pki): Promise<string> =>
  pki.sign(parseRequest(spec.request ?? ''), {
    usages: spec.usages ?? [],
    lifetimeMs: Math.min(YEAR_MS, (spec.expirationSeconds ?? YEAR_MS / 1000) * 1000),
  });

const failed = (message: string, now: Date): Condition => ({
  type: 'Failed',
  status: 'True',
  reason: 'SignerValidationFailure',
  message,
  lastUpdateTime: timestamp(now),
  lastTransitionTime: timestamp(now),
});
