#include "fcgi/pages/pages.h"

#include "fcgi/health.h"
#include "fcgi/request.h"
#include "fcgi/router.h"
#include "html/view.h"
#include "tenant/tenant.h"
#include "user/viewer.h"

const struct route *const all_routes[] = { health_routes, NULL };

int pages_frame(struct request *rq, struct view *v, struct err *err)
{
    (void)err;
    if (rq->tenant != NULL)
        view_text(v, "tenant_title", rq->tenant->title);
    if (rq->viewer == NULL)
        return 0;
    view_text(v, "viewer_name", rq->viewer->name);
    view_text(v, "viewer_theme", rq->viewer->theme);
    return 0;
}
