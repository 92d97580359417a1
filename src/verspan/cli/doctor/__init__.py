"""``verspan doctor``: one module per area that is looked at, each giving findings."""
