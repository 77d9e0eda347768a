import { Router } from 'express';
import { prisma } from '../database.js';
import { placeOrder } from '../orders.js';

export const carts = Router();

carts.post('/', async (request, response) => {
  const cart = await prisma.cart.create({ data: { email: request.body.email } });
  response.status(201).json(cart);
});

carts.get('/:id', async (request, response) => {
  const cart = await prisma.cart.findUnique({ where: { id: request.params.id }, include: { items: true } });
  response.json(cart);
});

carts.put('/:id/items/:sku', async (request, response) => {
  const item = await prisma.cartItem.create({
    data: { cartId: request.params.id, sku: request.params.sku, quantity: request.body.quantity },
  });
  response.json(item);
});

carts.post('/:id/checkout', async (request, response) => {
  const items = await prisma.cartItem.findMany({ where: { cartId: request.params.id } });
  const order = await placeOrder(request.body.email, items);
  await prisma.cartItem.deleteMany({ where: { cartId: request.params.id } });
  response.status(201).json(order);
});
