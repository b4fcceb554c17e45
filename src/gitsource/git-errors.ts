import type { TerminalError, TransientError } from '../control/errors.js';
import { redact } from '../control/redact.js';
import { type FailureReason, terminal, transient } from './failure.js';

type Explanation = readonly [pattern: RegExp, reason: FailureReason, terminal: boolean, message: string];

// The first match wins: the more telling a line of git is, the further up it stands.
const EXPLANATIONS: readonly Explanation[] = [
  [/spawn git ENOENT|spawn .* ENOENT/, 'GitFailed', true, 'git was not found in PATH; install git 2.37 or newer'],
  [
    /Host key verification failed|No .* host key is known/,
    'HostKeyNotTrusted',
    true,
    'the host key is not in known_hosts of spec.secretRef',
  ],
  [
    /unable to update url base from redirection|error: 30[1-8]|returned error: 30[1-8]/,
    'RedirectRefused',
    true,
    'the host answered with a redirect, which is not followed; write the final address into spec.url',
  ],
  [
    /SSL certificate problem|server certificate verification failed|SSL: no alternative certificate|certificate verify/i,
    'CertificateNotTrusted',
    true,
    'the certificate of the host is not trusted; put its CA into ca.crt of spec.secretRef',
  ],
  [
    /error setting certificate verify locations|error adding trust anchors|ca\.crt/i,
    'SecretInvalid',
    true,
    'ca.crt of spec.secretRef is not a PEM certificate',
  ],
  [
    /Load key .*(invalid format|error in libcrypto)|bad permissions/,
    'SecretInvalid',
    true,
    'identity of spec.secretRef is not a usable private key (or needs a passphrase)',
  ],
  [
    /Authentication failed|could not read (Username|Password)|terminal prompts disabled|returned error: 40[13]|Permission denied \(|HTTP Basic: Access denied/i,
    'AuthenticationFailed',
    true,
    'the host refused the credentials; check spec.secretRef',
  ],
  [
    /not our ref|unadvertised object|remote error: .*not (found|exist)/i,
    'RefNotFound',
    false,
    'the commit is not in the repository (any more)',
  ],
  [
    /Repository not found|does not appear to be a git repository|not found: did you run|returned error: 404|repository '.*' not found|does not exist/i,
    'RepositoryNotFound',
    true,
    'there is no repository at spec.url, or the credentials may not see it',
  ],
  [
    /fsck error|bad (object|tree|config)|error in object|invalid (sha1|object)|contains duplicate file entries|contains '\.git'/i,
    'GitFailed',
    true,
    'the repository holds malformed objects, which git refuses',
  ],
  [/transport '.*' not allowed/, 'InvalidSpec', true, 'this transport is not allowed'],
  [
    /Could not resolve host|Name or service not known|Temporary failure in name resolution/i,
    'Unreachable',
    false,
    'the host name cannot be resolved',
  ],
  [
    /Connection refused|Connection reset|Connection timed out|Failed to connect|Could not connect|No route to host|Network is unreachable|Operation timed out|Connection closed/i,
    'Unreachable',
    false,
    'the host cannot be reached',
  ],
  [
    /early EOF|hung up unexpectedly|RPC failed|returned error: (5\d\d|429)|unexpected disconnect|index-pack (died|failed)/i,
    'Unreachable',
    false,
    'the host broke off or failed',
  ],
  [/No space left on device/i, 'GitFailed', false, 'no space left on the disk of the hub'],
];

const PRESENTED = /Server host key: (\S+) (SHA256:\S+)/;

/** The lines of git's own voice, without progress and ssh's debug output. */
const telling = (stderr: string): string =>
  stderr
    .split(/[\r\n]+/)
    .filter(
      (line) => line.trim() !== '' && !/^(debug\d|hint:|remote: (Enumerating|Counting|Compressing|Total))/.test(line),
    )
    .slice(-4)
    .map((line) => line.trim().slice(0, 300))
    .join('; ');

/** What git printed, as an error that says what to do. Redacted here once more, whoever shows it. */
export function explainGit(stderr: string, action: string): TerminalError | TransientError {
  const said = redact(telling(stderr));
  const found = EXPLANATIONS.find(([pattern]) => pattern.test(stderr));
  if (!found) return transient('GitFailed', `${action}: git failed: ${said || 'no message'}`);
  const [, reason, final, message] = found;
  const presented = reason === 'HostKeyNotTrusted' ? PRESENTED.exec(stderr) : null;
  const key = presented ? ` (the host presented ${presented[1]} ${presented[2]})` : '';
  const text = `${action}: ${message}${key}${said && reason !== 'HostKeyNotTrusted' ? ` [git: ${said}]` : ''}`;
  return final ? terminal(reason, text) : transient(reason, text);
}
