"""Customers by e-mail: mails become tickets, and answers become mails."""
