import test from 'ava';
import { recordedWorks } from '../golden/work-cases.js';
import { realServers } from './golden-servers.js';

recordedWorks(test, realServers());
