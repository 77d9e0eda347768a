import { Body, Controller, Param, ParseIntPipe, Patch, Put } from '@nestjs/common';
import { CustomersService } from './customers.service';

@Controller('customers')
export class CustomersController {
  constructor(private readonly customers: CustomersService) {}

  @Put()
  register(@Body() body: { email: string }) {
    return this.customers.findOrCreate(body.email);
  }

  @Patch(':id')
  rename(@Param('id', ParseIntPipe) id: number, @Body() body: { name: string }) {
    return this.customers.rename(id, body.name);
  }
}
