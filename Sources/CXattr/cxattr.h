// Extended attributes of files, xattr(7): the C library has them, Swift's Glibc module has not.
#include <sys/xattr.h>
