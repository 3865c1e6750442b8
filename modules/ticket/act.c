#include "ticket/act.h"

#include "base/clock.h"
#include "base/id.h"

#define RECENT_MS 60000

int64_t act_id(const struct act *act)
{
    return act->now > clock_now_ms() - RECENT_MS ? id_new() : id_at(act->now);
}
