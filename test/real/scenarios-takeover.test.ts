import test from 'ava';
import { takesOver } from '../scenarios/takeover.js';
import { REAL } from './real-server.js';

takesOver(test.serial, REAL);
