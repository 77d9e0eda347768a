import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Customer } from './customer.entity';

@Injectable()
export class CustomersService {
  constructor(@InjectRepository(Customer) private readonly customers: Repository<Customer>) {}

  async findOrCreate(email: string): Promise<Customer> {
    const known = await this.customers.findOneBy({ email });
    return known ?? this.customers.save({ email });
  }

  rename(id: number, name: string) {
    return this.customers.update(id, { name });
  }
}
