import test from 'ava';
import { embeddedServers } from './embedded-servers.js';
import { recordedWorks } from './work-cases.js';

recordedWorks(test, embeddedServers());
