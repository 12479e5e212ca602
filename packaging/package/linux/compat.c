/* What libraries made for glibc 2.36 ask for and glibc 2.34 lacks. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

void arc4random_buf(void *place, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t got = getrandom((char *)place + done, size - done, 0);
        if (got < 0)
            abort(); /* not even a weak number: as glibc does */
        done += (size_t)got;
    }
}

uint32_t arc4random(void) {
    uint32_t number;
    arc4random_buf(&number, sizeof number);
    return number;
}
