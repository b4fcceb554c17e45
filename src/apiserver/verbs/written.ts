import type { Answer } from '../forms/answer.js';
import { negotiate } from '../forms/media.js';
import type { Written } from '../objects/write.js';
import type { ResourceRequest } from '../request.js';
import { told } from '../versions.js';
import { present } from './present.js';

/** What the writer of an object gets back. */
export function answerWritten(request: ResourceRequest, { object, created, item }: Written): Answer {
  const subresource = request.kind.subresources.find(({ name }) => name === request.subresource);
  const code = created ? 201 : 200;
  if (subresource?.view) return { code, body: subresource.view(object) };
  return {
    code,
    body: item ? present(request, item, negotiate(request.http.headers.accept)) : told(request.kind, object),
  };
}
