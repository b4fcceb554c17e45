import test from 'ava';
import { killedServers } from './killed-servers.js';
import { EMBEDDED_PROCESSES } from './process-server.js';

killedServers(test, EMBEDDED_PROCESSES, 1);
