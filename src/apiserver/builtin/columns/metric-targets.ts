import { memberOf } from '../../../apimachinery/json.js';
import { toAutoscalerV2 } from '../policy/autoscaler.js';
import { type Cell, items, member, spec, status } from './column.js';

const SHOWN = 2;
const UNKNOWN = '<unknown>';

/** What an autoscaler looks at, as `current/target`: `cpu: 40%/80%`. */
export const metricTargets: Cell = (told) => {
  const object = told.apiVersion === 'autoscaling/v1' ? toAutoscalerV2(told) : told;
  const current = items(status(object).currentMetrics);
  const targets = items(spec(object).metrics).map((metric, at) => targetOf(metric, current[at]));
  if (targets.length === 0) return '<none>';
  const rest = targets.length > SHOWN ? ` + ${targets.length - SHOWN} more...` : '';
  return `${targets.slice(0, SHOWN).join(', ')}${rest}`;
};

/** Where each type of metric keeps what it measures. */
const SOURCES: Readonly<Record<string, string>> = {
  Resource: 'resource',
  ContainerResource: 'containerResource',
  Pods: 'pods',
  Object: 'object',
  External: 'external',
};

function targetOf(metric: unknown, measured: unknown): string {
  const type = String(member(metric, 'type'));
  const source = memberOf(SOURCES, type);
  if (source === undefined) return '<unknown type>';
  const [target, current] = [member(member(metric, source), 'target'), member(member(measured, source), 'current')];
  const average = member(target, 'averageValue');
  const shown = (name: string): string => String(member(current, name) ?? UNKNOWN);
  if (type === 'Resource' || type === 'ContainerResource') {
    const name = String(member(member(metric, source), 'name'));
    return `${name}: ${average === undefined ? utilization(target, current) : `${shown('averageValue')}/${average}`}`;
  }
  if (type === 'Pods') return `${shown('averageValue')}/${average ?? UNKNOWN}`;
  if (average !== undefined) return `${shown('averageValue')}/${average} (avg)`;
  return `${shown('value')}/${member(target, 'value') ?? UNKNOWN}`;
}

function utilization(target: unknown, current: unknown): string {
  const percent = (value: unknown, none: string): string => (typeof value === 'number' ? `${value}%` : none);
  const name = 'averageUtilization';
  return `${percent(member(current, name), UNKNOWN)}/${percent(member(target, name), '<auto>')}`;
}
