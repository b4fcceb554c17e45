import test from 'ava';
import { frozenServers, IMPATIENT } from '../scenarios/frozen-servers.js';
import { realServers } from './real-server.js';

frozenServers(test.serial, realServers(IMPATIENT));
