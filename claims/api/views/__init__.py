"""The API's views, by subject: each checks the shape of a request, calls one service, and shows the answer."""
