import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// git's post-receive hook of `<data-dir>/fleet.git`: tells the hub of a push, as a Git host's webhook would.

const announce = async (root: string): Promise<string> => {
  const { webhook } = JSON.parse(readFileSync(join(root, 'endpoints.json'), 'utf8')) as { webhook: string }; // we wrote it
  const secret = readFileSync(join(root, 'webhook-token'), 'utf8').trim();
  const refs = readFileSync(0, 'utf8').trim().split('\n');
  const body = JSON.stringify({
    repository: pathToFileURL(join(root, 'fleet.git')).href,
    ref: refs[0]?.split(' ')[2] ?? '',
    after: refs[0]?.split(' ')[1] ?? '',
  });
  const response = await fetch(`${webhook}/hooks/generic`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    },
    body,
    signal: AbortSignal.timeout(5_000),
  });
  return response.ok
    ? 'placet was told of this push'
    : `placet refused the webhook: HTTP ${response.status} ${await response.text()}`;
};

const [, , root = '.'] = process.argv;
try {
  console.log(await announce(root));
} catch (error) {
  console.log(
    `placet dev does not answer (${error instanceof Error ? error.message : error}); it reads this push at its next poll or start`,
  );
}
