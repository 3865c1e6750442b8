/* fcgi/pages/styleguide_page.c - every token and component; in development mode only */
#include "base/conf.h"
#include "base/err.h"
#include "fcgi/app.h"
#include "fcgi/pages/pages.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/view.h"
#include "user/capability.h"

static int styleguide(struct request *rq, struct err *err)
{
    if (!rq->app->conf->development)
        return err_set(err, ERR_NOT_FOUND, "not in development mode");
    return response_render(rq, 200, "styleguide", view_new(rq->arena), err);
}

const struct route styleguide_routes[] = {
    { GET, "/styleguide", CAP_LOGIN, NULL, styleguide, 0 },
    ROUTE_END,
};
