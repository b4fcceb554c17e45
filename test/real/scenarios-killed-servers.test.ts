import test from 'ava';
import { killedServers } from '../scenarios/killed-servers.js';
import { REAL } from './real-server.js';

killedServers(test.serial, REAL, 2);
