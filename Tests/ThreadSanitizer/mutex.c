// Informs the thread sanitizer of the waits of Swift's Mutex.
//
// On Linux a free Mutex is locked by an atomic operation in our own code, which the sanitizer sees. A wait for a locked one
// is a futex inside libswiftSynchronization.so, which the sanitizer does not see: without this library it would report a
// race after every wait. These functions replace those of the Swift library (LD_PRELOAD), call them, and report the order
// of unlock and lock to the sanitizer.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

void __tsan_acquire(void *address) __attribute__((weak));
void __tsan_release(void *address) __attribute__((weak));

typedef __attribute__((swiftcall)) void LockSlow(uint32_t thread, __attribute__((swift_context)) void *handle);
typedef __attribute__((swiftcall)) bool TryLockSlow(__attribute__((swift_context)) void *handle);
typedef __attribute__((swiftcall)) void UnlockSlow(__attribute__((swift_context)) void *handle);

// Synchronization._MutexHandle._lockSlow, ._tryLockSlow and ._unlockSlow.
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK_SLOW "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

LockSlow lock_slow __asm__(LOCK_SLOW);
TryLockSlow try_lock_slow __asm__(TRY_LOCK_SLOW);
UnlockSlow unlock_slow __asm__(UNLOCK_SLOW);

__attribute__((swiftcall)) void lock_slow(uint32_t thread, __attribute__((swift_context)) void *handle) {
    ((LockSlow *)dlsym(RTLD_NEXT, LOCK_SLOW))(thread, handle);
    if (__tsan_acquire) __tsan_acquire(handle);
}

__attribute__((swiftcall)) bool try_lock_slow(__attribute__((swift_context)) void *handle) {
    bool is_locked = ((TryLockSlow *)dlsym(RTLD_NEXT, TRY_LOCK_SLOW))(handle);
    if (is_locked && __tsan_acquire) __tsan_acquire(handle);
    return is_locked;
}

__attribute__((swiftcall)) void unlock_slow(__attribute__((swift_context)) void *handle) {
    if (__tsan_release) __tsan_release(handle);
    ((UnlockSlow *)dlsym(RTLD_NEXT, UNLOCK_SLOW))(handle);
}
