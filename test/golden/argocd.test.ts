import test from 'ava';
import { recordedApplicationSets } from './argocd-cases.js';
import { embeddedServers } from './embedded-servers.js';

recordedApplicationSets(test, embeddedServers());
