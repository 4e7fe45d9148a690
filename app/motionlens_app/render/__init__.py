"""Drawing of bodies: pure geometry, the thumbnails, and two interchangeable viewports."""
