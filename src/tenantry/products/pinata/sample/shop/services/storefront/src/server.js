import express from 'express';
import { carts } from './routes/carts.js';
import { products } from './routes/products.js';

const app = express();
app.use(express.json());
app.use('/shop/carts', carts);
app.use('/shop/products', products);
app.get('/healthz', (request, response) => response.json({ status: 'ok' }));

app.listen(3000);
