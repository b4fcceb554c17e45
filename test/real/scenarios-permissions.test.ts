import test from 'ava';
import { permissions } from '../scenarios/permissions.js';
import { REAL } from './real-server.js';

permissions(test.serial, REAL);
