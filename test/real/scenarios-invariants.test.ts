import test from 'ava';
import { invariantsOfWrites } from '../scenarios/writes.js';
import { REAL } from './real-server.js';

invariantsOfWrites(test.serial, REAL);
