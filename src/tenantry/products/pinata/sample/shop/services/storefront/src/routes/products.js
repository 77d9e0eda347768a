import { Router } from 'express';
import { listProducts, showProduct } from '../catalog.js';
import { prisma } from '../database.js';

export const products = Router();

products.get('/', async (request, response) => {
  response.json(await listProducts(request.query.category));
});

products.get('/:sku', async (request, response) => {
  const product = await showProduct(request.params.sku);
  const reviews = await prisma.review.findMany({ where: { sku: request.params.sku } });
  response.json({ ...product, reviews });
});

products.post('/:sku/reviews', async (request, response) => {
  const review = await prisma.review.create({ data: { sku: request.params.sku, ...request.body } });
  response.status(201).json(review);
});
