"""Messages of protocols whose packages the hub does not depend on: the parts of them that it checks."""
