import test from 'ava';
import { killedAtWrites } from '../scenarios/killed-writes.js';
import { REAL } from './real-server.js';

killedAtWrites(test.serial, REAL);
