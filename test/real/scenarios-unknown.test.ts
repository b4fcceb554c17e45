import test from 'ava';
import { unknownRemovesNothing } from '../scenarios/unknown.js';
import { REAL } from './real-server.js';

unknownRemovesNothing(test.serial, REAL);
