import test from 'ava';
import { recordedApplicationSets } from '../golden/argocd-cases.js';
import { realServers } from './golden-servers.js';

recordedApplicationSets(test, realServers());
