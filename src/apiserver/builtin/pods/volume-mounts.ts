import type { Cause } from '../../status-error.js';
import { forbiddenField, invalidValue, notFoundField, oneOf, required } from '../checks/causes.js';
import { descending, withoutBacksteps } from '../checks/paths.js';
import type { Container, Volume, VolumeDevice, VolumeMount } from './pod-shape.js';

/** The volumes nothing is wrong with, by name. */
export type Volumes = ReadonlyMap<string, Volume>;

export function validateVolumeMounts(container: Container, volumes: Volumes, field: string): Cause[] {
  const { volumeMounts = [], volumeDevices = [] } = container;
  const places = new Set<string>();
  return volumeMounts.flatMap((mount, index) => {
    const at = `${field}[${index}]`;
    const causes = [
      ...(mount.name ? [] : [required(`${at}.name`)]),
      ...(volumes.has(mount.name) ? [] : [notFoundField(`${at}.name`, mount.name)]),
      ...(mount.mountPath ? [] : [required(`${at}.mountPath`)]),
      ...(places.has(mount.mountPath) ? [invalidValue(`${at}.mountPath`, mount.mountPath, 'must be unique')] : []),
      ...sharedWithDevices(mount, volumeDevices, at),
      ...optionProblems(mount, container, at, field),
    ];
    places.add(mount.mountPath);
    return causes;
  });
}

function sharedWithDevices({ name, mountPath }: VolumeMount, devices: readonly VolumeDevice[], at: string): Cause[] {
  return [
    ...(devices.some((device) => device.name === name)
      ? [invalidValue(`${at}.name`, name, 'must not already exist in volumeDevices')]
      : []),
    ...(devices.some(({ devicePath }) => devicePath === mountPath)
      ? [invalidValue(`${at}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices')]
      : []),
  ];
}

/** Kubernetes tells some of them at the list. */
function optionProblems(mount: VolumeMount, container: Container, at: string, field: string): Cause[] {
  const { subPath, subPathExpr, mountPropagation } = mount;
  return [
    ...(subPath ? descending(subPath, `${field}.subPath`) : []),
    ...(subPathExpr && subPath
      ? [invalidValue(`${at}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive')]
      : []),
    ...(subPathExpr ? descending(subPathExpr, `${field}.subPathExpr`) : []),
    ...oneOf(mountPropagation, ['Bidirectional', 'HostToContainer', 'None'], `${field}.mountPropagation`),
    ...(mountPropagation === 'Bidirectional' && container.securityContext?.privileged !== true
      ? [
          forbiddenField(
            `${field}.mountPropagation`,
            'Bidirectional mount propagation is available only to privileged containers',
          ),
        ]
      : []),
    ...recursionProblems(mount, `${field}.recursiveReadOnly`),
  ];
}

function recursionProblems({ recursiveReadOnly, readOnly, mountPropagation }: VolumeMount, field: string): Cause[] {
  const known = oneOf(recursiveReadOnly, ['Disabled', 'Enabled', 'IfPossible'], field);
  if (known.length > 0 || recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return known;
  return [
    ...(readOnly ? [] : [forbiddenField(field, 'may only be specified when readOnly is true')]),
    ...(mountPropagation !== undefined && mountPropagation !== 'None'
      ? [forbiddenField(field, 'may only be specified when mountPropagation is None or not specified')]
      : []),
  ];
}

export function validateVolumeDevices(container: Container, volumes: Volumes, field: string): Cause[] {
  const { volumeMounts = [], volumeDevices = [] } = container;
  const names = new Set<string>();
  const paths = new Set<string>();
  return volumeDevices.flatMap(({ name, devicePath }, index) => {
    const at = `${field}[${index}]`;
    const causes = [
      ...deviceName(name, volumes.get(name), names, `${at}.name`),
      ...(devicePath ? [] : [required(`${at}.devicePath`)]),
      ...(paths.has(devicePath) ? [invalidValue(`${at}.devicePath`, devicePath, 'must be unique')] : []),
      ...(withoutBacksteps(devicePath, '').length > 0
        ? [invalidValue(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')")]
        : []),
      ...(volumeMounts.some((mount) => mount.name === name)
        ? [invalidValue(`${at}.name`, name, 'must not already exist in volumeMounts')]
        : []),
      ...(volumeMounts.some(({ mountPath }) => mountPath === devicePath)
        ? [invalidValue(`${at}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts')]
        : []),
    ];
    paths.add(devicePath);
    if (name) names.add(name);
    return causes;
  });
}

function deviceName(name: string, volume: Volume | undefined, names: ReadonlySet<string>, field: string): Cause[] {
  const isBlock = volume?.persistentVolumeClaim !== undefined || volume?.ephemeral !== undefined;
  const why = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
  return [
    ...(name ? [] : [required(field)]),
    ...(names.has(name) ? [invalidValue(field, name, 'must be unique')] : []),
    ...(volume && !isBlock ? [invalidValue(field, name, why)] : []),
    ...(volume ? [] : [notFoundField(field, name)]),
  ];
}
