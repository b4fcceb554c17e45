import test from 'ava';
import { killedServers } from './killed-servers.js';
import { embeddedProcesses } from './process-server.js';

killedServers(test, embeddedProcesses(), 1);
