import test from 'ava';
import { killedProcesses } from '../scenarios/killed-servers.js';
import { REAL } from './real-server.js';

killedProcesses(test.serial, REAL, 3);
